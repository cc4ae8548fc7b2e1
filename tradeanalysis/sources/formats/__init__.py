"""One module for each format: from the bytes of a file to cells under headings."""
