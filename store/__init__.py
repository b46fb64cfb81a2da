"""TimescaleDB: migrations and named queries in .sql files, one typed function per query."""
