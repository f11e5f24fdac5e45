/**
 * Full and failing disks: the packaged daemon on real file systems that are small, run out of
 * inodes, break, or lose power under it.
 */
package dev.eider.it.disk;
