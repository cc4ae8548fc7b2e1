"""Releases of BACI: their zips and folders, and the ingest that turns them into Parquet."""
