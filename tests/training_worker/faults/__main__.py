"""Meets the faults whose names are given, else all, and prints a line of JSON for each.

python -m tests.training_worker.faults [--words] [NAME ...]

With --words complaints are understood by their words alone, which is ready at once.
"""

import json
import os
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path


def main(names: list[str]) -> None:
    from tests.training_worker.faults.bases import refusing_hub

    with tempfile.TemporaryDirectory() as folder, refusing_hub() as hub:
        # Libraries read these when they are imported, in the fork server.
        os.environ |= {"HF_ENDPOINT": hub, "HF_HOME": f"{folder}/hub", "MTW_HOME": folder, "HF_TOKEN": "hf_wrong"}
        os.environ.pop("HF_HUB_OFFLINE", None)
        from tests.training_worker.faults.bench import Bench, meet
        from tests.training_worker.faults.kinds import FAULTS
        from tests.training_worker.faults.machine import FaultyNursery
        from tools.troubleshooting import symptoms
        from workspace.database import engine_for
        from workspace.migrations import upgrade

        if "--words" in names:
            # Learning the phrases by meaning takes ten seconds of processor time, once for an installation.
            names = [name for name in names if name != "--words"]
            symptoms.__dict__["starter_onnx_folder"] = lambda settings: None
        database, nursery = Path(folder, "new.db"), FaultyNursery()
        nursery.warm()
        upgrade(f"sqlite:///{database}")
        engine_for(f"sqlite:///{database}").dispose()  # the last connection writes everything into the one file
        for number, name in enumerate(names or FAULTS):
            fault = FAULTS[name]
            here = Path(folder, str(number))
            here.mkdir()
            began = time.monotonic()
            met = meet(fault, Bench(here, database, nursery, **fault.settings))
            line = {
                "name": name,
                "right": met.right(fault),
                **asdict(met),
                "seconds": round(time.monotonic() - began, 1),
            }
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
