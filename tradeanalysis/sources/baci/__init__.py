"""Releases of BACI: how their zips and folders are read, and how ``ta.ingest`` turns them into Parquet."""
