EXTRA_DIST += tools/quickstart tools/quickstart-moves
