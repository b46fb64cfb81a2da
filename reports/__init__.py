"""Reports that people read on a page or on paper: pure functions from figures to HTML and PDF."""
