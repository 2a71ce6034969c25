"""The rituals as windows: the weekly review, the look back on a loss, the playbook, readiness."""
