/**
 * The write-ahead log in files of a local directory.
 *
 * <h2>Positions</h2>
 *
 * A position is a byte in the whole log. A segment file holds the positions from its base on, so
 * byte {@code n} of the file with base {@code b} has position {@code b + n}. The next segment's
 * base is the position right after the last frame of the one before; a fresh log begins with base
 * 0. Every byte of a header or frame has a position, so positions have no gap from the first file
 * to the last.
 *
 * <h2>Files</h2>
 *
 * A segment is one file, {@code <base>.log}, the base in decimal with 20 digits. It is a header,
 * frames, and up to 256 KiB of zeros, which are room for frames to come. All numbers are
 * big-endian.
 *
 * <pre>
 * header, 32 bytes; this layout stays the same in every version of the format
 *    0  8  magic, the ASCII bytes "EIDERLOG"
 *    8  4  version of the format of what follows the header; 1
 *   12  4  CRC32C of the bytes 0 to 11 and 16 to 31
 *   16  8  base position, the same as in the file's name
 *   24  8  forcedThrough: every position before it was forced to disk when this file was begun
 *
 * frame, a multiple of 8 bytes, at least 32
 *    0  4  length L of the frame without its padding, at least 28
 *    4  4  CRC32C of the frame's position (8 bytes), the bytes 0 to 3 and all bytes from 8 to the
 *          frame's end, the padding included
 *    8  8  forcedThrough: every position before it was forced to disk when this frame was written;
 *          at most the frame's own position
 *   16  8  first seq; 0 in a mark
 *   24  1  kind: 1 record, 2 mark
 *   25  1  length R of the run id, in bytes; 0 in a mark
 *   26  2  zero
 *   28  R  run id, UTF-8
 *      ..  body, L - 28 - R bytes; empty in a mark
 *      ..  zeros up to the next multiple of 8
 * </pre>
 *
 * The position is part of the frame's checksum, so bytes that came to the wrong place are not taken
 * for a frame.
 *
 * <p>Beside the segments is the note, {@code forced}: how far the log was forced, for the start
 * after a crash.
 *
 * <pre>
 * note, 24 bytes
 *    0  8  magic, the ASCII bytes "EIDERNOT"
 *    8  8  position: every record before it was forced to disk
 *   16  4  zero
 *   20  4  CRC32C of the bytes 0 to 19
 * </pre>
 *
 * <h2>What is on disk when</h2>
 *
 * <ul>
 *   <li>A segment's header is forced, and its directory entry too, before its first frame is
 *       written; the segment before it was forced as a whole before the file is created.
 *   <li>A batch is written behind the last good frame and never spans two files.
 *   <li>A batch that failed is cut off, and the cut is forced, before its failure is reported.
 *   <li>The note is written over in place after a force and before the records are acknowledged. It
 *       is not forced but when the log is closed: it survives the process at once, and the loss of
 *       power once the system has written it, some 30 seconds later. What it says was true when it
 *       was written and stays true; it may be old, torn or missing.
 *   <li>Files are deleted oldest first, each deletion forced before the next.
 * </ul>
 *
 * So a crash can hurt nothing but the end of the last file: the frames of the batches that were not
 * forced, or the header of a file without a frame.
 *
 * <h2>Torn end or damage</h2>
 *
 * The first frame that does not check out, at position X, is a <em>torn end</em> if it may be what
 * a crash left of a batch that was not acknowledged. It is <em>damage</em> if X was forced. That is
 * known if the segment is not the last one, if a later intact frame has a forcedThrough beyond X,
 * if the note says so, or if the reader of the log has already persisted what came after X. A torn
 * end is cut off; damage is reported and nothing is touched.
 *
 * <p>The last forced batch of a log has no later frame that speaks for it. A <em>mark</em> is one:
 * a frame without content that is written when the log falls idle and when it is closed. Readers do
 * not see it. The note speaks for it too, and from another file.
 *
 * <p>A later frame, the next segment, the note and the reader's position are the four witnesses
 * that X was forced, and one is enough. So after the death of the process, whose writes the system
 * has, no damage to a record that was forced is taken for a torn end: the note is up to date then.
 * What cannot be told from a torn end are forced records that are damaged together with every
 * witness: after a loss of power that the newest note did not survive, or when the note is damaged
 * or removed as well,
 *
 * <ul>
 *   <li>the last file cut short, or removed, in front of every frame and mark that tells of the
 *       loss, as far back as the reader's position and the old note;
 *   <li>damage that begins in a forced record of the last file and spares no later frame that was
 *       written after that record had been forced.
 * </ul>
 *
 * <p>Nor is it damage when the note alone is lost, or a mark behind the last record, or a frame of
 * a segment that the reader has done with, of which only header and size are looked at.
 */
@NullMarked
package dev.eider.server.log.segment;

import org.jspecify.annotations.NullMarked;
