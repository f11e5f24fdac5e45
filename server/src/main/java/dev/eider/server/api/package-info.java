/**
 * What every transport shares: checks of requests, and the commands and selections made of them.
 */
@NullMarked
package dev.eider.server.api;

import org.jspecify.annotations.NullMarked;
