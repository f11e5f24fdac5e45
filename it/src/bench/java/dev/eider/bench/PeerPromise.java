package dev.eider.bench;

/**
 * What another store promises. Immutable.
 *
 * @param isComparable whether it promises over the network what Eider does: fsync before ack
 */
record PeerPromise(String name, String durability, boolean isComparable) {
  static PeerPromise of(Peer peer) {
    return new PeerPromise(peer.name(), peer.durability(), peer.isDurable() && peer.isNetworked());
  }
}
