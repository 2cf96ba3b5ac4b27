"""``mtw doctor``: what this installation can do, and what is missing."""

from typing import Annotated

import typer


def doctor(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Check this installation: exit code 0 when all that is needed is there, 1 when something is missing."""
    from assistant.commands.printing import console, err, print_json
    from assistant.server.checkup import check_all
    from workspace.settings import load_settings

    settings = load_settings()
    checks = check_all(settings)
    well = all(check.ok for check in checks if check.needed)
    if json:
        print_json({"ok": well, "checks": [check.as_dict() for check in checks]})
    else:
        from rich.table import Table
        from rich.text import Text

        table = Table("", "Part", "What was found", show_edge=False)
        for check in checks:
            mark = (
                Text("ok", "green") if check.ok else Text("missing", "red") if check.needed else Text("note", "yellow")
            )
            table.add_row(mark, check.name, Text(f"{check.message} {check.next_step}".strip()))
        console().print(table)
        err.print("All that is needed is there." if well else "Something is missing; see above.", style="bold")
    if not well:
        raise typer.Exit(1)
