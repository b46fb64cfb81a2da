"""Figures that people and products are judged by: reliability, emerging issues, service quality, grades. Pure."""
