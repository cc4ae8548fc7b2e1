"""From the cells of a file to the columns of a trade table: layouts, units, numbers, labels, duplicates."""
