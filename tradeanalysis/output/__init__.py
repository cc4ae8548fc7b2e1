"""Safe writing: files that are whole or as they were before, and folders of Parquet parts.

``write_csv``    a table as CSV
``write_excel``  a table as a workbook
``write_file``   bytes or text, whole or not at all
"""

from tradeanalysis.output.writers import write_csv, write_excel, write_file

__all__ = ["write_csv", "write_excel", "write_file"]
