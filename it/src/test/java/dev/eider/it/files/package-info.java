/** Runs that leave the daemon as files and come in from files. */
package dev.eider.it.files;
