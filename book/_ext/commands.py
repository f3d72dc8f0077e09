"""Sphinx extension: the commands of `eih`, from the program's own help."""

import argparse

from docutils import nodes
from sphinx.util.docutils import SphinxDirective


def helps(parser):
    """Yield (command, what it is for, its help text) of a parser and all below it."""
    for action in parser._actions:
        if not isinstance(action, argparse._SubParsersAction):
            continue
        told = {choice.dest: choice.help for choice in action._choices_actions}
        for name, below in action.choices.items():
            yield below.prog, told.get(name) or "", _text(below)
            yield from helps(below)


def _text(parser):
    """Return the help at a width that a phone scrolls little, whatever the terminal of the build."""
    parser.formatter_class = lambda prog: argparse.HelpFormatter(prog, width=78)
    return parser.format_help()


class Commands(SphinxDirective):
    """Describe every command that does something, a section each."""

    def run(self):
        """Make a section for each command."""
        from eih.cli import _parser

        sections = []
        for command, purpose, text in helps(_parser()):
            section = nodes.section(ids=[nodes.make_id(command)], names=[command])
            section += nodes.title("", "", nodes.literal(command, command))
            if purpose:
                section += nodes.paragraph("", f"{purpose[:1].upper()}{purpose[1:]}.")
            section += nodes.literal_block(text, text, language="none")
            sections.append(section)
        return sections


def setup(app):
    """Add the directive."""
    app.add_directive("eih-commands", Commands)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
