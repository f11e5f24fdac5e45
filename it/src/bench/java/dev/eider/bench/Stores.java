package dev.eider.bench;

import dev.eider.bench.wire.EiderPeer;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/**
 * Who is measured. Others than Eider are found by {@link ServiceLoader}, as providers of {@link
 * Peer}. Immutable.
 *
 * @param all a new one each time, Eider first
 * @param peers what the others promise
 */
record Stores(List<Supplier<Peer>> all, List<PeerPromise> peers) {

  static Stores eiderAlone() {
    return new Stores(List.of(EiderPeer::new), List.of());
  }

  /** Eider and what there is on this machine. */
  static Stores found(Progress progress) {
    List<Supplier<Peer>> all = new ArrayList<>(List.of(EiderPeer::new));
    List<PeerPromise> peers = new ArrayList<>();
    for (ServiceLoader.Provider<Peer> provider : ServiceLoader.load(Peer.class).stream().toList()) {
      try (Peer peer = provider.get()) {
        if (peer.missing().isPresent()) {
          progress.tell("without " + peer.name() + ": " + peer.missing().get());
        } else {
          peers.add(PeerPromise.of(peer));
          all.add(provider);
        }
      }
    }
    return new Stores(all, peers);
  }
}
