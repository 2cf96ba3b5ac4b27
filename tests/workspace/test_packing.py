import zipfile
from pathlib import Path

from workspace.packing import pack_folder


def test_the_same_files_make_the_same_zip_file(tmp_path: Path) -> None:
    packed = []
    for number in (1, 2):
        folder = tmp_path / f"model{number}"
        (folder / "inner").mkdir(parents=True)
        (folder / "inner" / "weights.safetensors").write_bytes(bytes(1000))
        (folder / "README.md").write_text("read me " * 100)
        out = tmp_path / f"{number}.zip"
        pack_folder(folder, out, "model")
        packed.append(out.read_bytes())
    assert packed[0] == packed[1]
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        assert archive.testzip() is None
        sizes = {entry.filename: entry.compress_size for entry in archive.infolist()}
    assert sizes["model/inner/weights.safetensors"] == 1000, "compressing it would be in vain"
    assert sizes["model/README.md"] < 100
