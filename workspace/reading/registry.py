"""Which reader reads which format. A new format is one module and one line here."""

from workspace.reading.annotations.csv_exports import with_exports
from workspace.reading.annotations.kinds import READERS as ANNOTATION_READERS
from workspace.reading.annotations.word_rows import with_sentences
from workspace.reading.arrow_reader import open_arrow
from workspace.reading.chat_reader import open_chat
from workspace.reading.child import in_child
from workspace.reading.delimited_reader import open_delimited
from workspace.reading.excel_reader import open_ods, open_xls, open_xlsx
from workspace.reading.folder_reader import open_archive, open_folder
from workspace.reading.json_reader import open_json
from workspace.reading.parquet_reader import open_parquet
from workspace.reading.source import Reader
from workspace.reading.subtitle_reader import open_subtitles
from workspace.reading.text_reader import open_text

READERS: dict[str, Reader] = {
    **ANNOTATION_READERS,
    "delimited": with_sentences(with_exports(open_delimited)),
    "xlsx": with_sentences(open_xlsx),
    "xls": with_sentences(open_xls),
    "ods": with_sentences(open_ods),
    "json": open_json,
    "parquet": open_parquet,
    "arrow": open_arrow,
    "text": open_text,
    "archive": open_archive,
    "folder": open_folder,
    "html": in_child("html"),
    "pdf": in_child("pdf"),
    "docx": in_child("docx"),
    "odt": in_child("odt"),
    "spreadsheet_xml": in_child("spreadsheet_xml"),
    "web_archive": in_child("web_archive"),
    "mail": in_child("mail"),
    "chat": open_chat,
    "subtitles": open_subtitles,
}
