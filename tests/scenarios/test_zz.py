from gates.ground import grounds
from gates.machine import Gates, Tally, Broken
def test_z(tmp_path):
    g=grounds(tmp_path)
    m=Gates(g,tmp_path,Tally()); m.begin('kept',60.0)
    m.skip_in_words('UOWNER','I am the boss: begin the search without waiting for anybody')
    m.walk('requirements_review')
    n=len(m.here.rows())
    try: m.change_a_requirement('UOWNER')
    except Broken as e: print('BROKEN',e)
    print('GIVEN',m.given[-1])
    for r in m.here.rows()[n:]: print('ROW',repr(r)[:900])
    assert 0
