"""Values go in and come out of the database: sources, articles, stories, pages, evidence (SQL)."""
