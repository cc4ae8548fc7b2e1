"""Safe writing: files that are whole or as they were before, and folders of Parquet parts; references of answers.

``cite``         the references of measures and data, as text and BibTeX
``References``   the result of ``cite``
``write_csv``    a table as CSV
``write_excel``  a table as a workbook
``write_file``   bytes or text, whole or not at all
``write_latex``  a table as a tabular of LaTeX, with its notes
"""

from tradeanalysis.output.citations import References, cite
from tradeanalysis.output.latex import write_latex
from tradeanalysis.output.whole_files import write_file
from tradeanalysis.output.writers import write_csv, write_excel

__all__ = ["References", "cite", "write_csv", "write_excel", "write_file", "write_latex"]
