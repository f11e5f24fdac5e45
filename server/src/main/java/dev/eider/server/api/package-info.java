/** Checks of requests, and the commands and selections made of them, for every transport. */
@NullMarked
package dev.eider.server.api;

import org.jspecify.annotations.NullMarked;
