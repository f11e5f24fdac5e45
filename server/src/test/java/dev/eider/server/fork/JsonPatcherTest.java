package dev.eider.server.fork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Struct;
import dev.eider.v1.JsonPatchOp;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
final class JsonPatcherTest {
  private static final WorldBounds BOUNDS = new WorldBounds(10_000);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        // add
        "{'a':1}       | {'op':'add','path':'/b','value':2}       | {'a':1,'b':2}",
        "{'a':1}       | {'op':'add','path':'/a','value':2}       | {'a':2}",
        "{'a':[1,3]}   | {'op':'add','path':'/a/1','value':2}     | {'a':[1,2,3]}",
        "{'a':[1]}     | {'op':'add','path':'/a/1','value':2}     | {'a':[1,2]}",
        "{'a':[1]}     | {'op':'add','path':'/a/-','value':[2]}   | {'a':[1,[2]]}",
        "{'a':{}}      | {'op':'add','path':'/a/b','value':null}  | {'a':{'b':null}}",
        "{'a':[{}]}    | {'op':'add','path':'/a/0/b','value':1}   | {'a':[{'b':1}]}",
        "{'a':1}       | {'op':'add','path':'/','value':2}        | {'a':1,'':2}",
        "{}            | {'op':'add','path':'/01','value':2}      | {'01':2}",
        // remove
        "{'a':1,'b':2} | {'op':'remove','path':'/a'}              | {'b':2}",
        "{'a':[1,2,3]} | {'op':'remove','path':'/a/1'}            | {'a':[1,3]}",
        "{'a':{'b':1}} | {'op':'remove','path':'/a/b'}            | {'a':{}}",
        "{'a':[{'b':1}]} | {'op':'remove','path':'/a/0/b'}        | {'a':[{}]}",
        // replace
        "{'a':1}       | {'op':'replace','path':'/a','value':'x'} | {'a':'x'}",
        "{'a':[1,2]}   | {'op':'replace','path':'/a/0','value':9} | {'a':[9,2]}",
        "{'a':[1,2]}   | {'op':'replace','path':'/a/1','value':9} | {'a':[1,9]}",
        "{'a':{'b':1}} | {'op':'replace','path':'/a/b','value':{}} | {'a':{'b':{}}}",
        // move
        "{'a':1}       | {'op':'move','from':'/a','path':'/b'}    | {'b':1}",
        "{'a':[1,2,3]} | {'op':'move','from':'/a/0','path':'/a/2'} | {'a':[2,3,1]}",
        "{'a':[1,2,3]} | {'op':'move','from':'/a/2','path':'/a/0'} | {'a':[3,1,2]}",
        "{'a':{'b':1}} | {'op':'move','from':'/a/b','path':'/a'}  | {'a':1}",
        "{'a':1}       | {'op':'move','from':'/a','path':'/a'}    | {'a':1}",
        "{'a':1,'ab':{}} | {'op':'move','from':'/a','path':'/ab/c'} | {'ab':{'c':1}}",
        // copy
        "{'a':[1]}     | {'op':'copy','from':'/a','path':'/b'}    | {'a':[1],'b':[1]}",
        "{'a':{'b':1}} | {'op':'copy','from':'/a','path':'/a/c'}  | {'a':{'b':1,'c':{'b':1}}}",
        // test
        "{'a':[1,{'b':null}]} | {'op':'test','path':'/a','value':[1,{'b':null}]} | {'a':[1,{'b':null}]}",
        "{'a':1.0}     | {'op':'test','path':'/a','value':1}      | {'a':1}",
        // escapes
        "{'a/b':1}     | {'op':'remove','path':'/a~1b'}           | {}",
        "{'m~n':1}     | {'op':'replace','path':'/m~0n','value':2} | {'m~n':2}",
        "{'~1':1}      | {'op':'remove','path':'/~01'}            | {}",
        // the whole document
        "{'a':1}       | {'op':'replace','path':'','value':{'b':2}} | {'b':2}",
        "{'a':1}       | {'op':'add','path':'','value':{'b':2}}   | {'b':2}",
        "{'a':{'b':2}} | {'op':'copy','from':'/a','path':''}      | {'b':2}",
        "{'a':{'b':2}} | {'op':'move','from':'/a','path':''}      | {'b':2}",
        "{'a':1}       | {'op':'test','path':'','value':{'a':1}}  | {'a':1}",
      })
  void shouldApply(String document, String op, String result) throws Exception {
    assertThat(apply(document, op)).isEqualTo(Json.struct(result));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'a':1}   | {'op':'add','path':'/b/c','value':1}     | there is nothing at",
        "{'a':1}   | {'op':'add','path':'/a/c','value':1}     | neither object nor list",
        "{'a':[1]} | {'op':'add','path':'/a/2','value':1}     | from 0 to 1",
        "{'a':[1]} | {'op':'add','path':'/a/01','value':1}    | no index",
        "{'a':[1]} | {'op':'add','path':'/a/x','value':1}     | no index",
        "{'a':[1]} | {'op':'add','path':'/a/-1','value':1}    | no index",
        "{'a':[1]} | {'op':'add','path':'/a/1e0','value':1}   | no index",
        "{'a':[1]} | {'op':'add','path':'/a/9999999999','value':1} | no index",
        "{'a':1}   | {'op':'add','path':'/b'}                 | it needs a value",
        "{'a':1}   | {'op':'remove','path':'/b'}              | there is nothing at",
        "{'a':[1]} | {'op':'remove','path':'/a/-'}            | no index",
        "{'a':[1]} | {'op':'remove','path':'/a/1'}            | from 0 to 0",
        "{'a':1}   | {'op':'remove','path':''}                | no longer be a JSON object",
        "{'a':1}   | {'op':'replace','path':'/b','value':1}   | there is nothing at",
        "{'a':[1]} | {'op':'replace','path':'/a/-','value':1} | no index",
        "{'a':1}   | {'op':'replace','path':'','value':1}     | no longer be a JSON object",
        "{'a':{}}  | {'op':'move','from':'/a','path':'/a/b'}  | into itself",
        "{'a':{}}  | {'op':'move','from':'','path':'/a'}      | into itself",
        "{'a':1}   | {'op':'move','from':'/b','path':'/a'}    | there is nothing at",
        "{'a':1}   | {'op':'copy','from':'/b','path':'/a'}    | there is nothing at",
        "{'a':1}   | {'op':'test','path':'/a','value':2}      | is another one",
        "{'a':1}   | {'op':'test','path':'/a','value':'1'}    | is another one",
        "{'a':1}   | {'op':'test','path':'/b','value':null}   | there is nothing at",
        "{'a':1}   | {'op':'remove','path':'a'}               | does not begin with /",
        "{'a~':1}  | {'op':'remove','path':'/a~'}             | neither 0 nor 1",
        "{'a~':1}  | {'op':'remove','path':'/a~2'}            | neither 0 nor 1",
        "{'a':1}   | {'op':'merge','path':'/a','value':1}     | there is no such operation",
      })
  void shouldRefuse(String document, String op, String problem) {
    assertThatThrownBy(() -> apply(document, op))
        .isInstanceOf(MutationException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void shouldApplyInOrderAndNameTheOperationThatFails() throws Exception {
    // given
    String add = "{'op':'add','path':'/b','value':[]}";
    String push = "{'op':'add','path':'/b/-','value':7}";
    String failing = "{'op':'test','path':'/b','value':[]}";

    // then
    assertThat(apply("{'a':1}", add, push, push)).isEqualTo(Json.struct("{'a':1,'b':[7,7]}"));
    assertThatThrownBy(() -> apply("{'a':1}", add, push, failing))
        .hasMessage("operation 2 (test): the value at \"/b\" is another one");
  }

  @Test
  void shouldRefuseAStateThatDoublesWithEachOperation() {
    String[] ops = new String[60];
    for (int i = 0; i < ops.length; i++) {
      ops[i] = "{'op':'copy','from':'','path':'/k" + i + "'}";
    }

    assertThatThrownBy(() -> apply("{'a':'x'}", ops))
        .isInstanceOf(MutationException.class)
        .hasMessageContaining("10000");
  }

  @Test
  void shouldRefuseAStateThatGetsDeeperWithEachOperation() {
    String[] ops = new String[60];
    for (int i = 0; i < ops.length; i++) {
      ops[i] = "{'op':'replace','path':'/a','value':{'a':0}}";
    }
    assertThatCode(() -> apply("{'a':{'a':0}}", ops)).doesNotThrowAnyException();

    for (int i = 0; i < ops.length; i++) {
      ops[i] = "{'op':'add','path':'" + "/a".repeat(i + 1) + "','value':{}}";
    }
    assertThatThrownBy(() -> apply("{}", ops))
        .isInstanceOf(MutationException.class)
        .hasMessageContaining("nested");
  }

  private static Struct apply(String document, String... ops) throws MutationException {
    List<JsonPatchOp> parsed = Stream.of(ops).map(Json::op).toList();
    return JsonPatcher.apply(Json.struct(document), parsed, BOUNDS);
  }
}
