"""Run the migrations of `alerts` on the connection that crawler.store.db hands over; own version table."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table="alerts_version", transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
