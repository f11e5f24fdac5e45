/** The write-ahead log. */
@NullMarked
package dev.eider.server.log;

import org.jspecify.annotations.NullMarked;
