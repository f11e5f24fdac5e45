package dev.eider.server.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.run.Samples;
import dev.eider.v1.EventFilter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class EventMatcherTest {
  private static final SequencedEvent EVENT =
      SequencedEvent.of(Samples.RUN, 1, EventKind.METRIC, "ada", 5, new byte[0]);

  @Test
  void shouldMatchEverythingWithoutConditions() {
    EventMatcher matcher = EventMatcher.of(EventFilter.getDefaultInstance());
    assertThat(matcher.matchesAll()).isTrue();
    assertThat(matcher.matches(EVENT)).isTrue();
  }

  @Test
  void shouldMatchAnyOfTheKindsAndAgents() {
    assertThat(matches(EventFilter.newBuilder().addAllKinds(List.of("fork", "metric")))).isTrue();
    assertThat(matches(EventFilter.newBuilder().addKinds("fork"))).isFalse();
    assertThat(matches(EventFilter.newBuilder().addAllAgentIds(List.of("bob", "ada")))).isTrue();
    assertThat(matches(EventFilter.newBuilder().addAgentIds(""))).isFalse();
  }

  @Test
  void shouldTakeBothEndsOfTIn() {
    assertThat(matches(EventFilter.newBuilder().setTMin(5).setTMax(5))).isTrue();
    assertThat(matches(EventFilter.newBuilder().setTMin(6))).isFalse();
    assertThat(matches(EventFilter.newBuilder().setTMax(4))).isFalse();
    assertThat(matches(EventFilter.newBuilder().setTMax(0))).isFalse();
  }

  @Test
  void shouldNeedEveryConditionToHold() {
    EventFilter.Builder filter = EventFilter.newBuilder().addKinds("metric").addAgentIds("ada");
    assertThat(matches(filter)).isTrue();
    assertThat(EventMatcher.of(filter.build()).matchesAll()).isFalse();
    assertThat(matches(filter.setTMin(9))).isFalse();
  }

  private static boolean matches(EventFilter.Builder filter) {
    return EventMatcher.of(filter.build()).matches(EVENT);
  }
}
