// Text for people who look at a terminal, or not.
#pragma once

#include <string>

namespace tessera::apps {

/// Columns of the terminal that standard output goes to; 0: it goes somewhere else.
int terminal_width();

/// `text` in indented lines of at most `width` columns.
std::string wrapped(const std::string& text, int indent, int width);

}  // namespace tessera::apps
