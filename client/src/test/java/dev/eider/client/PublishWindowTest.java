package dev.eider.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class PublishWindowTest {
  private final PublishWindow window =
      new PublishWindow("run", "me", PublisherConfig.defaults().withBatch(2, 1_000));

  @Test
  void shouldSendTheSameAgainAfterARewindButOneAtFirst() {
    // given
    add(6);
    PublishBatch first = window.send();
    sendAll();
    // when
    window.rewind();
    // then
    assertThat(window.attempt()).isEqualTo(1);
    assertThat(window.send()).isSameAs(first);
    assertThat(window.send()).isNull();
    assertThat(window.settleFirst()).isSameAs(first);
    assertThat(sendAll()).containsExactly(3L, 5L);
  }

  @Test
  void shouldDrainEverythingInOrder() {
    add(5);
    window.send();
    assertThat(window.drain())
        .extracting(PublishBatch::firstProducerSeq)
        .containsExactly(1L, 3L, 5L);
    assertThat(window.isEmpty()).isTrue();
  }

  private void add(int count) {
    for (int t = 0; t < count; t++) {
      window.add(Events.metric(t), 10, new CompletableFuture<>());
    }
  }

  private List<Long> sendAll() {
    List<Long> seqs = new ArrayList<>();
    for (PublishBatch next = window.send(); next != null; next = window.send()) {
      seqs.add(next.firstProducerSeq());
    }
    return seqs;
  }
}
