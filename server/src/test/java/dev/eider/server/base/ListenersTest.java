package dev.eider.server.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class ListenersTest {
  @Test
  void shouldTellThemInTheOrderInWhichTheyCame() {
    // given
    Listeners<String> listeners = new Listeners<>();
    listeners.add("a");
    Registration second = listeners.add("b");
    listeners.add("b");
    listeners.add("c");

    // when
    second.close();
    second.close();

    // then
    List<String> told = new ArrayList<>();
    listeners.forEach(told::add);
    assertThat(told).containsExactly("a", "b", "c");
  }
}
