"""From a layout and plain values to PDF and SVG bytes.

Pure: no database, no clock, no network. The same job gives the same bytes in every process, today and in
ten years with the same release. Nothing a user wrote is ever parsed as a program.
"""
