"""Which reader reads which format. A new format is one module and one line here."""

from workspace.reading.conll_reader import open_conll
from workspace.reading.delimited_reader import open_delimited
from workspace.reading.excel_reader import open_ods, open_xls, open_xlsx
from workspace.reading.json_reader import open_json
from workspace.reading.parquet_reader import open_parquet
from workspace.reading.source import Reader

READERS: dict[str, Reader] = {
    "delimited": open_delimited,
    "conll": open_conll,
    "xlsx": open_xlsx,
    "xls": open_xls,
    "ods": open_ods,
    "json": open_json,
    "parquet": open_parquet,
}
