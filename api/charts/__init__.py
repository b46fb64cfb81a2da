"""Pictures as plain SVG: no script, no fetch, readable in print and without telling colours apart."""
