/** The settings, what each part gets of them, and the memory they add up to. */
@NullMarked
package dev.eider.server.config;

import org.jspecify.annotations.NullMarked;
