"""A report of runs for a colleague: one file that opens from disk, with what `show`, `compare` and `law` print.

Names to know: `documents.documents_of`, `page.as_html`, `page.as_markdown`.
"""
