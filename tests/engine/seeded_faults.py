"""Faults to put into a copy of the shipped files, one a row.

File, what stands there, what is put in its place, where the fault points to, words of sentence and remedy.
"""
# ruff: noqa: E501 — a row of the table stays on one line

AGENCY = "config/agency/ban-dan-toc-lang-son/agency.yaml"
DEPARTMENTS = "config/agency/ban-dan-toc-lang-son/departments.yaml"
PEOPLE = "config/agency/ban-dan-toc-lang-son/people.yaml"
COUNCIL = "config/agency/ban-dan-toc-lang-son/council.yaml"
FINAL = "config/reviews/ntm-2025-tong-ket.yaml"
YEARLY = "config/reviews/hang-nam-2025.yaml"
MOVEMENT = "config/reviews/movements/ntm-2021-2025.yaml"
PACK = "config/rules/luat-2022-nd152-2025.yaml"
OLD_PACK = "config/rules/luat-2022-nd98-2023.yaml"

# fmt: off
SEEDED = [
    (FINAL, "title: Tổng", "title: Tổng kết\ntitle: Tổng", "title: Tổng kết Phong", "ghi hai lần", "Giữ một"),
    (FINAL, "short_title: Tổng", "short_titel: Tổng", "short_titel", "không có trong", "“short_title”"),
    (FINAL, "threshold: 80%", "treshold: 80%", "treshold", "“treshold” không có", "“threshold”"),
    (FINAL, "return_days: 3 ", "return_days: ba ", "return_days", "“ba”", "số nguyên"),
    (FINAL, "return_days: 3 ", "return_days: 0 ", "return_days", "“0”", "không nhỏ hơn 1"),
    (FINAL, "opens: 2025-11-24", "opens: 2025-11-31", "opens: 2025-11-31", "2025-11-31", "ngày có thật"),
    (FINAL, "opens: 2025-11-24", "opens: 24/11/2025", "opens: 24", "24/11/2025", "2025-11-24"),
    (FINAL, "due: 2025-12-12", "due: 2025-11-12", "due: 2025-11-12", "sớm hơn ngày mở", "opens hoặc due"),
    (FINAL, "due: 2025-12-19", "due: 2025-12-10", "due: 2025-12-10", "giai đoạn trước", "sau 12/12/2025"),
    (FINAL, "due: 2025-12-31", "due: 2025-12-24", "due: 2025-12-24", "giai đoạn trước", "5 ngày làm việc"),
    (FINAL, "working_days: 5", "working_days: 5\n    due: 2025-12-26", "  council:", "một thời hạn", "đúng một"),
    (FINAL, "    opens: 2025-11-24\n", "", "proposal:", "Chưa có ngày mở", "Ghi opens"),
    (FINAL, "  council:\n", "  counsil:\n", "counsil", "“counsil”", "“council”"),
    (FINAL, "remind: [3, 1, 0]", "remind: [1, 3, 0]", "remind: [1", "giảm dần", "[5, 3, 1, 0]"),
    (YEARLY, "late: [1, 3]", "late: [3, 1]", "late: [3, 1]", "tăng dần", "[1, 3]"),
    (FINAL, "threshold: 80%", "threshold: 0.8", "threshold: 0.8", "“0.8”", "“80 %”"),
    (FINAL, "threshold: 80%", "threshold: 800%", "threshold: 800", "lớn hơn 100", "0 % đến 100 %"),
    (FINAL, "quorum: 2/3", "quorum: 0/3", "quorum: 0", "“0/3”", "lớn hơn 0"),
    (FINAL, "threshold: 50%", "threshold: 100%", "ballot:\n      kind: open\n      quorum: 2/3\n      threshold: 100%", "hơn 100 %", "at_least"),
    (FINAL, "denominator: all_seats", "denominator: all_seat", "all_seat\n", "all_seat", "“all_seats”"),
    (FINAL, "kind: open", "kind: secret", "kind: secret", "bỏ phiếu kín", "kind: open"),
    (FINAL, "    level: province", "    level: agency", "level: agency", "cấp “province”", "level: province"),
    (FINAL, "    level: province\n    decided_by: Chủ tịch UBND tỉnh", "    level: agency\n    decided_by: Trưởng Ban Dân tộc tỉnh", "level: agency", "cấp “province”", "level: province"),
    (FINAL, "decided_by: Chủ tịch UBND tỉnh", "decided_by: Trưởng Ban Dân tộc tỉnh", "decided_by: Trưởng Ban", "level “province”", "decided_by"),
    (FINAL, "decided_by: Trưởng Ban Dân tộc tỉnh", "decided_by: Chủ tịch UBND tỉnh", "decided_by: Chủ tịch UBND tỉnh\n    nominees: [person, collective]\n    points: [75", "level “agency”", "decided_by"),
    (FINAL, "short_title: Tổng", "short_title: ''\n#", "short_title", "“short_title” để trống", "Ghi nội dung"),
    (FINAL, "return_days: 3 ", "acts_off: [hold, freeze]\nreturn_days: 3 ", "acts_off", "bỏ bước “freeze”", "hold"),
    (AGENCY, "place: Lạng Sơn", "place: ' '\n#", "place:", "“place” để trống", "Ghi nội dung"),
    (AGENCY, "title: Trưởng Ban", "title: ''\n#", "title: ''", "“title” để trống", "Ghi nội dung"),
    (FINAL, "agency: ban", "agency: bam", "agency: bam", "cơ quan “bam", "“ban-dan-toc-lang-son”"),
    (FINAL, "movement: ntm-2021", "movement: ntm-2020", "movement: ntm", "phong trào", "“ntm-2021-2025”"),
    (FINAL, "points: [74.1.a]", "points: [74.1.b]", "74.1.b", "căn cứ “74.1.b”", "Có phải"),
    (FINAL, "key: bang-khen-tinh", "key: bang-khen-tỉnh", "key: bang", "không biết", "“bang-khen-tinh”"),
    (FINAL, "on: 2025-11-24", "on: 2027-03-01", "on: 2027", "Không có bộ quy tắc", "config/rules"),
    (FINAL, "on: 2025-11-24", "on: 2015-03-01", "on: 2015", "thông tin cơ quan", "agency.yaml"),
    (FINAL, "key: ntm-2025-tong-ket", "key: ntm-2025", "key: ntm-2025", "khác tên tệp", "ntm-2025-tong-ket"),
    (FINAL, "key: ntm-2025-tong-ket", "key: NTM_2025.cuoi", "key: NTM", "“NTM_2025.cuoi”", "dấu gạch ngang"),
    (FINAL, "key: ntm-2025-tong-ket", "key: ntm--2025", "key: ntm--2025", "“ntm--2025”", "đổi tên tệp"),
    (FINAL, "key: dang_xem_xet", "key: dang_xet", "questions:", "R7-xem-xet", "dang_xem_xet"),
    (FINAL, "key: minh-chung-sang-kien", "key: bao-cao-thanh-tich", "  - key: bao-cao-thanh-tich\n    label: minh", "dùng hai lần", "mã riêng"),
    (FINAL, "summary_max: 2000", "summary_max: 20", "summary_max", "nhỏ hơn", "một trong hai"),
    (YEARLY, "awards: [ttldtt]", "awards: [ttldt]", "awards: [ttldt]", "hình thức “ttldt”", "“ttldtt”"),
    (YEARLY, "quota_of: ldtt", "quota_of: ldt", "quota_of", "“ldt”", "“ldtt”"),
    (YEARLY, "    kind: choice\n", "    kind: text\n", "key: xep_loai", "options", "choice"),
    (YEARLY, "key: hang-nam-2025", "key: [hang", "title:", "không đọc được YAML", "dấu nháy"),
    (YEARLY, "    remind: [2, 0]", "\tremind: [2, 0]", "\tremind", "không đọc được YAML", "tab"),
    (YEARLY, "return_days: 2", "return_days: &two 2", "return_days", "& và *", "đầy đủ"),
    (MOVEMENT, "period_to: 2025-12-31", "period_to: 2020-12-31", "key:", "trước khi bắt đầu", "period_to"),
    (MOVEMENT, "launched_by: province", "launched_by: tinh", "launched_by", "“tinh”", "province"),
    (AGENCY, "to_trinh: TTr-BDT", "to_trinh: DS-BDT", "to_trinh", "“DS”", "TTr"),
    (AGENCY, "to_trinh: TTr-BDT", "to_trinh: BC-BDT", "to_trinh", "không hợp", "TTr-BDT"),
    (AGENCY, "to_trinh: TTr-BDT", "to_trink: TTr-BDT", "to_trink", "loại văn bản “to_trink”", "“to_trinh”"),
    (AGENCY, "person: vi-minh-tu", "person: vi-minh-tuu", "person:", "vi-minh-tuu", "“vi-minh-tu”"),
    (AGENCY, "email: van-phong@bandantoc-langson.example", "email: van-phong", "email: van", "“van-phong”", "ví dụ"),
    (DEPARTMENTS, "key: chinh-sach", "key: chinh-xach", "key: chinh-xach", "chưa có Trưởng phòng", "department_head"),
    (DEPARTMENTS, "    name: Văn phòng Ban\n", "    name: Văn phòng Ban\n    successor: vp\n", "    successor: vp", "“vp”", "Dùng"),
    (DEPARTMENTS, "key: thanh-tra", "key: van-phong", "valid_from: 2022-01-01\n\n", "cùng có hiệu lực", "nối tiếp"),
    (PEOPLE, "department: chinh-sach", "department: chinh-xach", "department: chinh-xach", "chinh-xach", "“chinh-sach”"),
    (PEOPLE, "key: ly-thi-mai", "key: vi-minh-tu", "key: vi-minh-tu\n    name: Lý", "dùng hai lần", "mã riêng"),
    (AGENCY, "email: van-phong@", "email: văn-phòng@", "email: văn", "“văn-phòng@", "không dấu"),
    (PEOPLE, "email: ly-thi-mai@", "email: ly..mai@", "email: ly..", "“ly..mai@", "ví dụ"),
    (PEOPLE, "email: ly-thi-mai@", "email: vi-minh-tu@", "email: vi-minh-tu@bandantoc-langson.example\n    title: Chuyên", "dùng hai lần", "mã riêng"),
    (PEOPLE, "role: admin", "role: amdin", "role: amdin", "“amdin”", "“admin”"),
    (PEOPLE, "      - role: admin\n", "      - role: clerk\n", "- role: clerk\n  - key: phung", "hỉ clerk", "department"),
    (PEOPLE, "salutation: bà", "salutation: cô", "salutation: cô", "“cô”", "ông"),
    (COUNCIL, "role: chair", "role: member", "seats:", "chưa có Chủ tịch", "role: chair"),
    (COUNCIL, "role: secretary", "role: member", "seats:", "chưa có Thư ký", "role: secretary"),
    (COUNCIL, "role: vice_chair", "role: chair", "seats:", "có 2 Chủ tịch", "đúng một"),
    (COUNCIL, "person: lam-van-huu", "person: lam-van-huy", "lam-van-huy", "lam-van-huy", "“lam-van-huu”"),
    (COUNCIL, "person: lam-van-huu", "person: vi-minh-tu", "person: vi-minh-tu\n        role: member", "hai lần", "mã"),
    (PACK, "check: unknown_nominee", "check: unknown_nomine", "unknown_nomine\n", "phép kiểm tra", "“unknown_nominee”"),
    (PACK, "unless_answered: ly", "unless_answer: ly", "unless_answer:", "“unless_answer”", "“unless_answered”"),
    (PACK, "launched_by: province", "launched_by: 5", "launched_by", "“5”", "nháy"),
    (PACK, "awards: [cstdcs]", "awards: [cstdc]", "awards: [cstdc]", "“cstdc”", "“cstdcs”"),
    (PACK, 'points: ["74.1.d"]', 'points: ["74.1.g"]', "74.1.g", "“74.1.g”", "Có phải"),
    (PACK, "types: [cong_trang]", "types: [cong_chang]", "types: [cong_chang]", "“cong_chang”", "“cong_trang”"),
    (PACK, "Chưa có {truong}.", "Chưa có {truogn}.", "{truogn}", "{truogn}", "{truong}"),
    (PACK, "Chưa có {truong}.", "Chưa có {truong.", "{truong.", "không khớp", "{ten}"),
    (PACK, "fields: [type_key,", "fields: [type,", "fields: [type,", "ô “type”", "“type_key”"),
    (PACK, "is: [xuat_sac]", "iss: [xuat_sac]", "iss:", "“iss”", "“is”"),
    (PACK, 'source: "Luật Thi đua, khen thưởng 2022, Đ.83.1"', 'source:  ""', 'source:  ""', "không ghi nguồn", "C"),
    (PACK, "id: R3", "id: R4", "id: R4\n    severity: block\n    check: unknown", "hai lần", "mã riêng"),
    (PACK, "valid_from: 2025-07-01", "valid_from: 2025-06-01", "valid_from: 2025-06-01", "hai bộ quy tắc", "nối tiếp"),
    (PACK, "valid_to: 2027-02-28", "valid_to: 2024-02-28", "key:", "trước khi có hiệu lực", "valid_from"),
]
# fmt: on
