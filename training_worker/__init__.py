"""Everything that trains: the Celery worker, the recipes, evaluation and export."""
