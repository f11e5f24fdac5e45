package dev.eider.server.fork;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples of RFC 7396, appendix A, whose target and patch are objects. */
@Timeout(30)
final class MergePatchTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'a':'b'}           | {'a':'c'}             | {'a':'c'}",
        "{'a':'b'}           | {'b':'c'}             | {'a':'b','b':'c'}",
        "{'a':'b'}           | {'a':null}            | {}",
        "{'a':'b','b':'c'}   | {'a':null}            | {'b':'c'}",
        "{'a':['b']}         | {'a':'c'}             | {'a':'c'}",
        "{'a':'c'}           | {'a':['b']}           | {'a':['b']}",
        "{'a':{'b':'c'}}     | {'a':{'b':'d','c':null}} | {'a':{'b':'d'}}",
        "{'a':[{'b':'c'}]}   | {'a':[1]}             | {'a':[1]}",
        "{'e':null}          | {'a':1}               | {'e':null,'a':1}",
        "{}                  | {'a':{'bb':{'ccc':null}}} | {'a':{'bb':{}}}",
        "{'a':'foo'}         | {'a':{'b':1}}         | {'a':{'b':1}}",
        "{'a':{'b':1}}       | {}                    | {'a':{'b':1}}",
      })
  void shouldMerge(String target, String patch, String result) {
    assertThat(MergePatch.apply(Json.struct(target), Json.struct(patch)))
        .isEqualTo(Json.struct(result));
  }

  @Test
  void shouldKeepNullsInsideListsAsTheyAre() {
    assertThat(MergePatch.apply(Json.struct("{}"), Json.struct("{'a':[null,{'b':null}]}")))
        .isEqualTo(Json.struct("{'a':[null,{'b':null}]}"));
  }
}
