"""Reaches recipients, and keeps the history of every attempt to do so."""
