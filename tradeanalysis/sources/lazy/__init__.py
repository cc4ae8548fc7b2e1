"""Files whose rows stay on disk: folders of Parquet and of BACI's years as lazy tables of DuckDB or Polars."""
