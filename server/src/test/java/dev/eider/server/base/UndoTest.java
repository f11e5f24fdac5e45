package dev.eider.server.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class UndoTest {
  @Test
  void shouldCloseEveryPartOnceTheLastOneFirst() {
    // given
    List<String> closed = new ArrayList<>();
    Undo undo = new Undo();
    undo.push(() -> closed.add("first"));
    undo.push(
        () -> {
          throw new IOException("this one cannot be closed");
        });
    undo.push(() -> closed.add("last"));

    // when
    undo.close();
    undo.close();

    // then
    assertThat(closed).containsExactly("last", "first");
  }
}
