"""From bytes to a grid of cells: encodings, delimited text, workbooks, web pages."""
