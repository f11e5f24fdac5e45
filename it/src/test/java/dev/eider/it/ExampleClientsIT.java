package dev.eider.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The clients in other languages, which need those languages and their package registries. */
@Timeout(1_200)
final class ExampleClientsIT {
  private static final String SWITCH = "eider.it.clients";

  @Test
  void shouldWorkInPythonNodeAndGo() {
    // given
    Need.that(
        Boolean.getBoolean(SWITCH),
        "the clients in Python, Node and Go; it/clients/run.sh runs them, and so does -D"
            + SWITCH
            + "=true");
    Path script = RepositoryRoot.path().resolve("it/clients/run.sh");

    // when
    Shell shell = new Shell(RepositoryRoot.workDirectory("ExampleClientsIT"));
    String output = shell.run("exec '" + script + "'", 1_200);

    // then
    assertThat(output).containsPattern("(?m)^[1-9][0-9]* passed, 0 failed$");
  }
}
