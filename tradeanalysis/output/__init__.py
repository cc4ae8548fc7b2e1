"""Safe writing: files that are whole or as they were before, and folders of Parquet parts."""
