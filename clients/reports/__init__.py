"""Modding reports for people: on a terminal, as Markdown for a post, as a page of HTML.

Each is made from a report's JSON alone, as ``mod --format json`` prints it and as its schema
(``report.schema.json`` in ``model_core/modding``) describes it.
"""
