/**
 * What the daemon does when more is asked of it than it can do: it says so, with a time to come
 * back, holds its memory to what its settings say, and goes on for everybody else.
 *
 * <p>{@code -Deider.it.overload.*} sets how much; see the constants of each class.
 */
package dev.eider.it.overload;
