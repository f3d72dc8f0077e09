"""Tables of docutils nodes, for the directives of this folder."""

from docutils import nodes


def cell(content):
    """Turn a text, a node or a list of both into the nodes of a cell; a text in backticks is code."""
    if isinstance(content, str):
        parts = content.split("`")
        paragraph = nodes.paragraph()
        for number, part in enumerate(parts):
            if part:
                paragraph += nodes.literal(part, part) if number % 2 else nodes.Text(part)
        return [paragraph]
    if isinstance(content, list):
        return [node for one in content for node in cell(one)]
    return [content]


def table(header, rows, classes=()):
    """Return a table node.

    Parameters
    ----------
    header : list of str
    rows : iterable of list
        Each cell is a text (backticks mark code), a block node, or a list of these.
    classes : iterable of str
    """
    node = nodes.table(classes=["colwidths-auto", *classes])
    group = nodes.tgroup(cols=len(header))
    group += [nodes.colspec(colwidth=1) for _ in header]
    for kind, lines in ((nodes.thead, [header]), (nodes.tbody, rows)):
        part = kind()
        for line in lines:
            row = nodes.row()
            row += [nodes.entry("", *cell(content)) for content in line]
            part += row
        group += part
    node += group
    return node
