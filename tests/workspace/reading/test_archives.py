"""Archives, compressed files and folders: what their files are together, and what is refused."""

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.workspace.reading.documents import PARAGRAPHS, ROWS, csv, tarred, word, zipped
from tests.workspace.reading.files import codes, read_bytes
from workspace.dataset import TaskKind
from workspace.errors import LimitExceeded, UnreadableFile
from workspace.home import Workspace
from workspace.reading import Limits, ingest, read
from workspace.reading.unpacking import shown_path

TABLE = {"text": [row[0] for row in ROWS[1:]], "team": [row[1] for row in ROWS[1:]]}
TEXTS = {
    f"{split}/{label}/{i}.txt": f"text {i} of {label} in {split}".encode()
    for split in ("train", "test")
    for label in ("neg", "pos")
    for i in range(4)
}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("rows.csv.gz", gzip.compress(csv())),
        ("rows.csv.bz2", bz2.compress(csv())),
        ("rows.csv.xz", lzma.compress(csv())),
        ("rows.zip", zipped({"folder/rows.csv": csv(), "__MACOSX/folder/._rows.csv": b"\0\1", "folder/": b""})),
        ("rows.tar.gz", tarred({"rows.csv": csv()})),
        ("outer.zip", zipped({"inner.zip": zipped({"rows.csv.gz": gzip.compress(csv())})})),
        ("no-ending", zipped({"rows.csv": csv(), "README.md": b"# About\n", "LICENSE": b"free, for all\n"})),
    ],
)
def test_one_file_inside_is_read_as_itself(name: str, data: bytes, tmp_path: Path) -> None:
    profile, table = read_bytes(tmp_path, name, data)
    assert (profile.format, profile.encoding, profile.delimiter, profile.header_row) == ("csv", "utf-8", ",", 0)
    assert table == TABLE
    assert not codes(profile) or "OTHER_TABLES" not in codes(profile)


def test_train_and_test_files_are_joined_with_their_split(tmp_path: Path) -> None:
    files = {"d/train.csv": csv(), "d/dev.csv": csv(ROWS[:3]), "d/test.csv": csv(ROWS[:5])}
    profile, table = read_bytes(tmp_path, "d.zip", zipped(files))
    assert table["split"] == ["train"] * 12 + ["valid"] * 2 + ["test"] * 4
    assert table["text"][:12] == TABLE["text"]
    assert profile.task.label == "team"
    assert profile.sheets == ["d/train.csv", "d/dev.csv", "d/test.csv"]
    assert profile.sheet is None


def test_files_of_one_shape_are_joined_with_their_name_and_others_are_told_of(tmp_path: Path) -> None:
    files = {"jan.csv": csv(), "feb.csv": csv([ROWS[0], *ROWS[3:6]]), "prices.csv": b"thing,price\nlamp,3\nchair,8\n"}
    profile, table = read_bytes(tmp_path, "d.zip", zipped(files))
    assert table["file"] == ["feb"] * 3 + ["jan"] * 12
    assert table["text"] == TABLE["text"][2:5] + TABLE["text"]
    assert "OTHER_TABLES" in codes(profile)
    other, _ = read_bytes(tmp_path, "d.zip", zipped(files), sheet="prices.csv")
    assert ([c.name for c in other.columns], other.sheet) == (["thing", "price"], "prices.csv")
    with pytest.raises(UnreadableFile, match=r"feb\.csv"):
        read_bytes(tmp_path, "d.zip", zipped(files), sheet="none.csv")


def test_columns_in_another_order_and_rows_too_long_stay_in_place(tmp_path: Path) -> None:
    files = {
        "a.csv": b"text,team\nfirst words here,IT\nmore of them,HR,too much,and more\n",
        "b.csv": b"team,text\nIT,other words there\n",
    }
    profile, table = read_bytes(tmp_path, "d.zip", zipped(files))
    assert table["text"] == ["first words here", "more of them", "other words there"]
    assert table["team"] == ["IT", "HR", "IT"]
    assert table["file"] == ["a", "a", "b"]
    assert any(p.code == "RAGGED_ROWS" and p.message.startswith("a.csv") for p in profile.problems)


def test_a_folder_for_each_label_becomes_texts_with_labels(tmp_path: Path) -> None:
    profile, table = read_bytes(tmp_path, "reviews.tar.gz", tarred({f"reviews/{k}": v for k, v in TEXTS.items()}))
    assert (profile.format, profile.rows, profile.task.label) == ("txt", 16, "label")
    assert profile.task.kind == TaskKind.CLASSIFICATION
    rows = set(zip(table["text"], table["label"], table["split"], strict=True))
    assert rows == {(v.decode(), k.split("/")[1], k.split("/")[0]) for k, v in TEXTS.items()}


def test_two_lists_of_texts_are_told_apart_by_their_names(tmp_path: Path) -> None:
    files = {
        "good.txt": b"I like it very much\nso nice to have\n",
        "bad.txt": b"never again will I\nit broke at once\n",
    }
    _, table = read_bytes(tmp_path, "d.zip", zipped(files))
    assert table["file"] == ["bad", "bad", "good", "good"]
    assert table["text"][2] == "I like it very much"


def test_many_text_files_are_one_text_each(tmp_path: Path) -> None:
    files = {f"{i:02}.txt": f"Line one of {i}\nline two, still the same text".encode() for i in range(12)}
    _, table = read_bytes(tmp_path, "d.zip", zipped(files))
    assert len(table["text"]) == 12
    assert table["text"][3] == "Line one of 3\nline two, still the same text"
    assert table["file"][3] == "03.txt"


def test_what_cannot_be_read_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    profile, table = read_bytes(tmp_path, "d.zip", zipped({"a.csv": csv(), "b.bin": bytes(range(256)) * 4}))
    assert table == TABLE
    left_out = next(p for p in profile.problems if p.code == "FILES_LEFT_OUT")
    assert left_out.count == 1
    assert left_out.examples[0].startswith("b.bin")


def test_documents_beside_a_table_are_told_of_and_can_be_asked_for(tmp_path: Path) -> None:
    data = zipped({"rows.csv": csv(), "about.docx": word(PARAGRAPHS), "readme.txt": b"about, this"})
    profile, table = read_bytes(tmp_path, "d.zip", data)
    assert table == TABLE
    assert (profile.sheets, profile.sheet) == (["rows.csv", "about.docx"], "rows.csv")
    other, texts = read_bytes(tmp_path, "d.zip", data, sheet="about.docx")
    assert (other.format, other.sheet, texts["text"]) == ("docx", "about.docx", PARAGRAPHS)


def test_a_document_among_others_of_its_kind(tmp_path: Path) -> None:
    profile, table = read_bytes(tmp_path, "d.zip", zipped({"a.docx": word(PARAGRAPHS), "b.docx": word(PARAGRAPHS[:1])}))
    assert profile.format == "docx"
    assert table["text"] == [*PARAGRAPHS, PARAGRAPHS[0]]
    assert table["file"] == ["a", "a", "a", "b"]


def test_a_folder_reads_like_an_archive_of_it_and_links_are_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    for name, data in {"train.csv": csv(), "sub/test.csv": csv(ROWS[:3]), ".hidden/train.csv": csv(ROWS[:2])}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (tmp_path / "secret.csv").write_bytes(csv(ROWS[:9]))
    (folder / "train2.csv").symlink_to(tmp_path / "secret.csv")
    profile = read(folder, name="data", out=tmp_path / "t.parquet", limits=Limits())
    assert (profile.format, profile.rows) == ("csv", 14)


def test_a_folder_can_be_kept_as_a_dataset(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "reviews"
    for name, data in TEXTS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    dataset = ingest(workspace, folder, "reviews", None)
    assert (dataset.name, dataset.source_name, dataset.rows) == ("reviews", "reviews.zip", 16)
    with workspace.storage.as_file(dataset.source_key) as source, zipfile.ZipFile(source) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == TEXTS


# what is refused


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/abs/rows.csv", "abs/rows.csv"),
        ("C:\\Users\\x\\rows.csv", "C/Users/x/rows.csv"),
        ("..\\..\\rows.csv", "rows.csv"),
        ("a\x00b\u202e/c.csv", "ab/c.csv"),
        ("..", "file"),
    ],
)
def test_names_inside_an_archive_lead_nowhere(name: str, shown: str) -> None:
    assert shown_path(name) == shown


def test_nothing_is_written_where_a_name_points_to(tmp_path: Path) -> None:
    outside = tmp_path / "deep" / "deeper"
    outside.mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    names = ["../../../evil.csv", f"{tmp_path}/absolute.csv", "..\\..\\back.csv", "CON", "nul.csv"]
    _, table = read_bytes(outside, "d.zip", zipped(dict.fromkeys(names, csv())))
    assert len(table["text"]) == 12 * len(names)
    assert [p for p in sorted(tmp_path.rglob("*")) if p not in before and p.parent != outside] == []


def test_links_and_devices_in_archives_are_passed_over(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind in (("link.csv", tarfile.SYMTYPE), ("hard.csv", tarfile.LNKTYPE), ("dev.csv", tarfile.CHRTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
        entry = tarfile.TarInfo("rows.csv")
        entry.size = len(csv())
        archive.addfile(entry, io.BytesIO(csv()))
    _, table = read_bytes(tmp_path, "d.tar", out.getvalue())
    assert table == TABLE
    zipped_link = io.BytesIO()
    with zipfile.ZipFile(zipped_link, "w") as packed:
        link = zipfile.ZipInfo("link.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(link, "/etc/passwd")
        packed.writestr("rows.csv", csv())
    assert read_bytes(tmp_path, "d.zip", zipped_link.getvalue())[1] == TABLE


def _nested(levels: int) -> bytes:
    data = zipped({"rows.csv": csv()})
    for level in range(levels):
        data = zipped({f"{level}.zip": data})
    return data


@pytest.mark.parametrize(
    ("name", "data", "limits", "code"),
    [
        ("many.zip", zipped({f"{i}.csv": b"a" for i in range(60)}), Limits(max_archive_files=50), "TOO_MANY_FILES"),
        ("large.zip", zipped({"a.csv": csv() * 500}), Limits(max_unpacked_bytes=90_000), "FILE_UNPACKS_TOO_LARGE"),
        ("large.csv.gz", gzip.compress(csv() * 500), Limits(max_unpacked_bytes=90_000), "FILE_UNPACKS_TOO_LARGE"),
        (
            "two.zip",
            zipped({f"{i}.csv": csv() * 300 for i in range(4)}),
            Limits(max_unpacked_bytes=500_000),
            "FILE_UNPACKS_TOO_LARGE",
        ),
    ],
    ids=["files", "zip", "gzip", "sum"],
)
def test_bombs_are_refused(name: str, data: bytes, limits: Limits, code: str, tmp_path: Path) -> None:
    with pytest.raises(LimitExceeded) as caught:
        read_bytes(tmp_path, name, data, limits)
    assert caught.value.code == code


def test_a_file_that_swells_beyond_all_proportion_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with gzip.open(out, "wb") as packed:
        for _ in range(210):
            packed.write(b"the same words again,IT\n" * 43_700)
    with pytest.raises(LimitExceeded) as caught:
        read_bytes(tmp_path, "swelling.csv.gz", out.getvalue())
    assert caught.value.code == "FILE_UNPACKS_TOO_LARGE"


def test_archives_inside_archives_end_somewhere(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, "d.zip", _nested(3))[1] == TABLE
    with pytest.raises(UnreadableFile) as caught:
        read_bytes(tmp_path, "d.zip", _nested(12))
    assert caught.value.code == "ARCHIVE_TOO_DEEP"


def test_an_archive_with_a_password_says_so(tmp_path: Path) -> None:
    data = bytearray(zipped({"rows.csv": csv()}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    with pytest.raises(UnreadableFile) as caught:
        read_bytes(tmp_path, "d.zip", bytes(data))
    assert caught.value.code == "FILE_PROTECTED"


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("name", ["d.zip", "d.csv.gz", "d.csv.bz2", "d.csv.xz"])
def test_archives_that_were_cut_off_are_not_read_in_part(name: str, cut: float, tmp_path: Path) -> None:
    packed = {"d.zip": zipped({"a.csv": csv()}), "d.csv.gz": gzip.compress(csv())}
    packed |= {"d.csv.bz2": bz2.compress(csv()), "d.csv.xz": lzma.compress(csv())}
    data = packed[name]
    with pytest.raises(UnreadableFile) as caught:
        read_bytes(tmp_path, name, data[: int(cut * len(data))])
    assert caught.value.code == "FILE_DAMAGED"
