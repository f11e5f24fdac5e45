/** How answers look on a terminal: aligned tables for people, JSON for programs. */
@NullMarked
package dev.eider.cli.print;

import org.jspecify.annotations.NullMarked;
