package dev.eider.server.store.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.store.StoreException;
import java.sql.DriverManager;
import java.util.List;
import org.duckdb.DuckDBConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReaderPoolTest {

  @Test
  void shouldGiveUpWhenEveryConnectionStaysInUse() throws Exception {
    ReaderPool pool = new ReaderPool(List.of(connect()));
    DuckDBConnection lent = pool.borrow(1);
    assertThatThrownBy(() -> pool.borrow(20))
        .isInstanceOf(StoreException.class)
        .hasMessage("all 1 read connections were in use for 20 ms");
    pool.giveBack(lent);
    assertThat(pool.borrow(1)).isSameAs(lent);
  }

  @Test
  void shouldCloseWhatIsOnLoanWhenItComesBack() throws Exception {
    // given
    DuckDBConnection first = connect();
    DuckDBConnection second = connect();
    ReaderPool pool = new ReaderPool(List.of(first, second));
    DuckDBConnection lent = pool.borrow(1);

    // when
    pool.close();

    // then
    assertThat(lent.isClosed()).isFalse();
    assertThat((lent == first ? second : first).isClosed()).isTrue();
    assertThat(pool.awaitClosed(1)).isFalse();
    assertThatThrownBy(() -> pool.borrow(1)).isInstanceOf(StoreException.class);

    // when
    pool.giveBack(lent);

    // then
    assertThat(lent.isClosed()).isTrue();
    assertThat(pool.awaitClosed(1)).isTrue();
  }

  private static DuckDBConnection connect() throws Exception {
    return (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:");
  }
}
