package dev.eider.server.files.library;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.api.WireRules;
import dev.eider.server.event.RunId;
import dev.eider.server.files.format.FileStamp;
import dev.eider.server.files.format.LibraryFile;
import dev.eider.server.files.format.ScratchConfig;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Imports;
import dev.eider.server.run.RunPlace;
import dev.eider.server.run.Samples;
import dev.eider.server.store.ColdReader.RunQuery;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class LibraryIndexTest {
  @TempDir private Path directory;
  private final LibraryIndex index = new LibraryIndex();

  private LibraryFile file(String name) throws Exception {
    Path path = Files.createFile(directory.resolve(name));
    return new LibraryFile(
        path, FileStamp.of(path), new ScratchConfig(directory, 1, 1), new WireRules());
  }

  private static FoldedRun run(String runId) {
    RunId id = new RunId(runId);
    return Samples.fold(Samples.opening(id), Samples.closing(id)).inLibrary();
  }

  @Test
  void shouldShowARunOnceItIsClaimedAndShown() throws Exception {
    // given
    FoldedRun run = run("a");
    LibraryFile first = file("first");

    // when it is claimed
    assertThat(index.claim(run, first, null)).isTrue();
    assertThat(index.claim(run("a"), file("second"), null)).isFalse();

    // then nobody finds it
    assertThat(index.find(run.runId())).isNull();
    assertThat(index.findFile(run.runId())).isNull();
    assertThat(index.list(query(null, 10))).isEmpty();
    assertThat(index.shownCount()).isZero();

    // and when it is shown, everybody does
    index.show(run, first);
    assertThat(index.find(run.runId())).isEqualTo(run);
    assertThat(index.findFile(run.runId())).isSameAs(first);
    assertThat(index.list(query(null, 10))).containsExactly(run);
    assertThat(index.shownCount()).isEqualTo(1);
  }

  @Test
  void shouldForgetWhatIsGivenBack() throws Exception {
    // given
    FoldedRun run = run("a");
    LibraryFile first = file("first");
    LibraryFile second = file("second");
    index.claim(run, first, null);
    assertThat(index.count()).isEqualTo(1);

    // then only who has claimed it gives it back
    assertThat(index.giveBack(run, second)).isFalse();
    assertThat(index.count()).isEqualTo(1);
    assertThat(index.giveBack(run, first)).isTrue();
    assertThat(index.count()).isZero();

    // and not what is shown
    assertThat(index.claim(run, second, null)).isTrue();
    index.show(run, second);
    index.giveBack(run, second);
    assertThat(index.find(run.runId())).isEqualTo(run);
  }

  @Test
  void shouldPutAnotherEditionInThePlaceOfWhatWasShown() throws Exception {
    // given a file with three runs
    LibraryFile before = file("before");
    for (String runId : List.of("same", "grown", "gone")) {
      index.claim(run(runId), before, null);
      index.show(run(runId), before);
    }

    // when it is read anew
    LibraryFile after = file("after");
    FoldedRun same = index.edition(run("same"));
    FoldedRun grown = index.edition(Imports.run(new RunId("grown"), 3));
    for (FoldedRun run : List.of(same, grown)) {
      assertThat(index.claim(run, after, before)).isTrue();
      index.show(run, after);
    }

    // then readers of what did not change go on, and those of what did are told
    assertThat(same.lastPosition()).isEqualTo(run("same").lastPosition());
    assertThat(grown.lastPosition()).isLessThan(same.lastPosition());
    assertThat(grown.isInLibrary()).isTrue();
    assertThat(index.find(grown.runId())).isEqualTo(grown);
    assertThat(index.findFile(same.runId())).isSameAs(after);

    // and what is not in it any more goes
    assertThat(index.hide(before)).extracting(FoldedRun::runId).containsExactly(new RunId("gone"));
    assertThat(index.shownCount()).isEqualTo(2);
    assertThat(index.count()).isEqualTo(2);
    assertThat(index.countOf(after)).isEqualTo(2);
    assertThat(index.find(new RunId("gone"))).isNull();
  }

  @Test
  void shouldListInPagesInTheOrderOfRuns() throws Exception {
    LibraryFile file = file("first");
    for (String runId : List.of("b", "d", "a", "c")) {
      index.claim(run(runId), file, null);
      index.show(run(runId), file);
    }
    List<FoldedRun> page = index.list(query(null, 3));
    assertThat(page).extracting(run -> run.runId().value()).containsExactly("d", "c", "b");
    assertThat(index.list(query(RunPlace.of(page.get(2)), 3)))
        .extracting(run -> run.runId().value())
        .containsExactly("a");
  }

  private static RunQuery query(@Nullable RunPlace before, int runsMax) {
    return new RunQuery(
        null, Map.of(), null, null, Long.MIN_VALUE, Long.MAX_VALUE, before, runsMax);
  }
}
